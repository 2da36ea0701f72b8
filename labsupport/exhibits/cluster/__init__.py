"""Lesson 15: two nodes of workers, and two servers behind a load balancer."""
