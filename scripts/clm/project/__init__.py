"""What a run works on and decides."""
