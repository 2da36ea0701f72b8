# reason: reset its connection; .* dead: ConnectionResetError
# quick
# program: stub
