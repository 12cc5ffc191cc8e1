"""Who asks, in what words: HTTP to commands and back, for the subject's phone and for the offices."""
