"""The page to play with: formulas written as JavaScript from the same SymPy expressions, tables for the other tiers."""

from boundcheck.report.explorer.content import explorer as explorer
from boundcheck.report.explorer.javascript import Writer as Writer
