"""Pictures for every front end: SVG with an alternative text and a text form that tests compare.

Read ``theme`` (colours), ``canvas`` (shapes, text that fits), ``picture`` (how it is shown), then
the pictures themselves: ``layout`` and ``timeline_view``, ``bars``, ``tree``.
"""
