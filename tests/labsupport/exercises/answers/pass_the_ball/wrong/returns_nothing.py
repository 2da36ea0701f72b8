# reason: pass_ball returned None; the last player yielded
def pass_ball(players, ball, turns):
    for player in players:
        next(player)
    for turn in range(turns):
        ball = players[turn % len(players)].send(ball)
