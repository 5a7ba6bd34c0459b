"""Speed of the network kernels beside their floors and their peers: ``python -m boundcheck.bench``."""
