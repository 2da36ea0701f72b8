# reason: `text \+= data.decode\(\)`
def answer_lines(connection):
    text = ""
    with connection:
        while data := connection.recv(1024):
            text += data.decode()
            while "\n" in text:
                line, _, text = text.partition("\n")
                connection.sendall(f"{line.upper()}\n".encode())
