"""prl10n keeps the other languages of a company's markdown releases alive."""

__version__ = "0.1.0"
