"""What single lessons show: a folder for each exhibit, with what measures and what draws."""
