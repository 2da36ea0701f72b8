# reason: turn 3 was played by A; it was C's turn
def pass_ball(players, ball, turns):
    for player in players:
        next(player)
    for turn in range(turns):
        ball = players[turn % 2].send(ball)
    return ball
