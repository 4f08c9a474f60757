# The figures of a series, by another hand: delegated resources (type, start, count) whose row was replaced by a reserved
# or available one, and of these, those whose free row was replaced by a delegated one of the same opaque-id.
import gzip, json, sys

read = lambda path: (gzip.open if path.endswith('.gz') else open)(path, 'rt')
resource = lambda row: tuple(row.split('|')[2:5])
delegated = lambda row: row.split('|')[6] in ('allocated', 'assigned')
holder = lambda row: (row.split('|') + [''])[7]
rows = {line.strip() for line in read(sys.argv[1]) if not line.startswith('2|') and '|summary' not in line}
lost, ended, back = {}, 0, 0
for line in read(sys.argv[2]):
    step = json.loads(line)
    if step.get('base'): continue
    old, new = ({resource(row): row for row in step[side]} for side in ('del', 'add'))
    for key in old.keys() & new.keys():
        if delegated(old[key]) and not delegated(new[key]): ended += 1; lost[key] = holder(old[key])
        elif delegated(new[key]) and not delegated(old[key]) and key in lost: back += lost.pop(key) == holder(new[key])
    rows = rows - set(step['del']) | set(step['add'])
print(json.dumps({'ended': ended, 'backToSameHolder': back, 'rows': sorted(rows)}))
