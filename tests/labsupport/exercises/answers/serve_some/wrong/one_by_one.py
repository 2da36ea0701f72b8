# reason: a second client came while the first was there \(limit 2\); no reply came
def serve_some(listener, handle, limit):
    while True:
        connection, _ = listener.accept()
        handle(connection)
