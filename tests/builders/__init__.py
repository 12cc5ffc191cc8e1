"""Plain functions that write what a test needs, through the service's own store."""
