# reason: sent to a player that had not run
# quick
def pass_ball(players, ball, turns):
    for turn in range(turns):
        ball = players[turn % len(players)].send(ball)
    return ball
