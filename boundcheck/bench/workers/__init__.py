"""Programs that time one library each; they are run by path, also by an interpreter without boundcheck."""
