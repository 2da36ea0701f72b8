"""Code of a lesson as modules and programs, and the supervisor that ends all that they started."""
