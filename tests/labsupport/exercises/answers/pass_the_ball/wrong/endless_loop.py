# reason: 500 turns were played, 7 were asked for, and there is no end
# quick
# endless
def pass_ball(players, ball, turns):
    for player in players:
        next(player)
    turn = 0
    while turn < turns:
        ball = players[0].send(ball)
