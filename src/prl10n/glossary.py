"""Terms: the glossary of a project (see docs)."""
