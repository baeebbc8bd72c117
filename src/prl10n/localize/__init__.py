"""What a locale asks of a text besides its words: typography, figures, dates.

prose        a text as the functions here see it: words, with a mark for what is none, and edits to them
typography   words → the edits that the locale's conventions ask for
facts        figures, dates, amounts, addresses: found, compared with those of the source, put right

Pure functions. They know CLDR through Babel, and nothing of markdown, catalogs or files.
"""
