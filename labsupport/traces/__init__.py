"""What happened when: events recorded by any process, and the timeline made of them."""
