%% How the main process and the others are made and heard.
-module(stage).
-export([spawn_flooded/1, reports/1, share/3]).

%% Linked, for a process whose queue grows long: its messages stay out of its heap.
spawn_flooded(Body) ->
    spawn_opt(Body, [link, {message_queue_data, off_heap}]).

%% The sum of so many reports.
reports(Count) -> reports(Count, 0).

reports(0, Sum) -> Sum;
reports(Left, Sum) -> receive {report, Number} -> reports(Left - 1, Sum + Number) end.

%% How many of All fall to the one with this index, from 0.
share(All, Among, Index) when Index < All rem Among -> All div Among + 1;
share(All, Among, _) -> All div Among.
