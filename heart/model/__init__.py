"""One fit: preprocessing, the network, its training and its predictions."""
