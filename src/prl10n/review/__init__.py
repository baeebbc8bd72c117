"""The page where people review translations, on their own machine: the only code that knows a web framework.

server     the loopback address, the one-time token
guard      who may talk to it (law 7)
app        requests → pages and JSON
workspace  documents that are opened
saving     entries that are saved: merges with the files on disk (law 4)
rendering  documents as cleaned HTML
index      counts and texts of the whole project
export     a copy of the pages that needs no server
"""
