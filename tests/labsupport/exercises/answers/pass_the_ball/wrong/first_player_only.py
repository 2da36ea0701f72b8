# reason: turn 2 was played by A; it was B's turn
# quick
def pass_ball(players, ball, turns):
    for player in players:
        next(player)
    for _ in range(turns):
        ball = players[0].send(ball)
    return ball
