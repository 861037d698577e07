"""What a run on Amazon needs, checked before it starts."""
