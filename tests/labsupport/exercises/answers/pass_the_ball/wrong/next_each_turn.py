# reason: player B was handed None
# quick
def pass_ball(players, ball, turns):
    for player in players:
        next(player)
    next(players[1])
    for turn in range(turns):
        ball = players[turn % len(players)].send(ball)
    return ball
