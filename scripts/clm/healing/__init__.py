"""What a generation learns from, and what earlier ones learned."""
