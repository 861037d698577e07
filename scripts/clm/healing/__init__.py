"""Material for a new generation, and what earlier ones learned."""
