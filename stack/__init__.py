"""The local stack: real servers, every process of the graph, and what starts and stops them together."""
