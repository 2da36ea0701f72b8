import select as io


def read_as_they_come(connections):
    poll, arrived = io.poll(), []
    by_number = {each.fileno(): index for index, each in enumerate(connections)}
    for number in by_number:
        poll.register(number, io.POLLIN)
    while by_number:
        for number, _ in poll.poll():
            index = by_number.pop(number)
            arrived.append((index, connections[index].recv(1024)))
            poll.unregister(number)
    return arrived
