"""A folder for PYTHONPATH: Python runs its `sitecustomize` in every process that it starts."""
