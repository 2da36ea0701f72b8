# reason: in turn 2 player B was handed 5; A had yielded 15
def pass_ball(players, ball, turns):
    for player in players:
        next(player)
    for turn in range(turns):
        last = players[turn % len(players)].send(ball)
    return last
