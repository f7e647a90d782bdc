"""The five subgraphs, each a service of its own."""
