"""REST: one blueprint per noun, under /api/v1."""
