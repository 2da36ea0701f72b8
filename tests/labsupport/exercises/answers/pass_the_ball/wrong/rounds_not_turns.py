# reason: 21 turns were played, and 7 were asked for
def pass_ball(players, ball, turns):
    for player in players:
        next(player)
    for _ in range(turns):
        for player in players:
            ball = player.send(ball)
    return ball
