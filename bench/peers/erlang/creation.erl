%% Making processes and ending them.
-module(creation).
-behaviour(supervisor).
-export([fork_join_create/1, fibonacci/1, skynet/1, spawn_waves/1, spawn_together/1, idle/1,
         restart/1]).
-export([computer/1, fibonacci/2, skynet/3, mayfly/0, idler/2]).
-export([init/1, start_fragile/1]).

fork_join_create(Actors) ->
    process_flag(message_queue_data, off_heap),
    Began = work:clock(),
    spawn_computers(Actors),
    Handled = stage:reports(Actors),
    bench:timed(Began, Handled).

spawn_computers(0) ->
    ok;
spawn_computers(Left) ->
    spawn(?MODULE, computer, [self()]) ! compute,
    spawn_computers(Left - 1).

computer(Main) ->
    receive
        compute ->
            true = work:sine_squared(37.2) >= 0,
            Main ! {report, 1}
    end.

fibonacci(N) ->
    Began = work:clock(),
    spawn(?MODULE, fibonacci, [self(), N]),
    Number = sum_of_answers(1),
    bench:timed(Began, Number).

fibonacci(Parent, N) when N =< 2 ->
    Parent ! 1;
fibonacci(Parent, N) ->
    spawn(?MODULE, fibonacci, [self(), N - 1]),
    spawn(?MODULE, fibonacci, [self(), N - 2]),
    Parent ! sum_of_answers(2).

skynet(Leaves) ->
    Began = work:clock(),
    spawn(?MODULE, skynet, [self(), 0, Leaves]),
    Sum = sum_of_answers(1),
    bench:timed(Began, Sum).

skynet(Parent, Number, 1) ->
    Parent ! Number;
skynet(Parent, First, Leaves) ->
    Each = Leaves div 10,
    [spawn(?MODULE, skynet, [self(), First + I * Each, Each]) || I <- lists:seq(0, 9)],
    Parent ! sum_of_answers(10).

sum_of_answers(Count) -> sum_of_answers(Count, 0).

sum_of_answers(0, Sum) -> Sum;
sum_of_answers(Left, Sum) -> receive Answer -> sum_of_answers(Left - 1, Sum + Answer) end.

spawn_waves(Actors) -> spawn_and_end(Actors, 1000).

spawn_together(Actors) -> spawn_and_end(Actors, Actors).

spawn_and_end(Actors, Wave) ->
    Main = self(),
    Spawner = stage:spawn_flooded(fun() ->
        receive start -> Main ! {report, waves(Actors, Wave, 0)} end
    end),
    Began = work:clock(),
    Spawner ! start,
    Ended = stage:reports(1),
    bench:timed(Began, Ended).

waves(0, _, Ended) ->
    Ended;
waves(Left, Wave, Ended) ->
    Count = min(Left, Wave),
    Children = spawn_mayflies(Count),
    [Child ! 'end' || {Child, _} <- Children],
    waves(Left - Count, Wave, Ended + await_ends(Count, 0)).

spawn_mayflies(0) -> [];
spawn_mayflies(Left) -> [spawn_monitor(?MODULE, mayfly, []) | spawn_mayflies(Left - 1)].

mayfly() ->
    receive 'end' -> ok end.

await_ends(0, Ended) -> Ended;
await_ends(Left, Ended) ->
    receive {'DOWN', _, process, _, normal} -> await_ends(Left - 1, Ended + 1) end.

idle(Actors) ->
    Before = footprint_before(),
    {Idlers, Answers} = spawn_idlers(Actors, [], 0),
    Result = bench:footprint(Before, Actors, Answers),
    [exit(Idler, kill) || Idler <- Idlers],
    Result.

%% From before the first process of all runs, so that memory which an earlier run left behind for
%% this one counts.
footprint_before() ->
    case persistent_term:get(?FUNCTION_NAME, none) of
        none ->
            Before = bench:resident_bytes(),
            persistent_term:put(?FUNCTION_NAME, Before),
            Before;
        Before ->
            Before
    end.

spawn_idlers(0, Idlers, Answers) ->
    {Idlers, Answers};
spawn_idlers(Left, Idlers, Answers) ->
    Count = min(Left, 1000),
    New = [spawn(?MODULE, idler, [0, 0]) || _ <- lists:seq(1, Count)],
    [Idler ! {ask, self(), Left} || Idler <- New],
    spawn_idlers(Left - Count, New ++ Idlers, Answers + stage:reports(Count)).

%% Hibernates: what its documentation teaches for processes that wait for long.
idler(Answers, Sum) ->
    receive
        {ask, From, Value} ->
            From ! {report, Answers + 1},
            erlang:hibernate(?MODULE, idler, [Answers + 1, Sum + Value])
    end.

%% A supervisor of the standard library; each new child says that it is there. At each restart this
%% supervisor walks through all restarts of the last period, of which the shortest is one second.
restart(Failures) ->
    {ok, _} = supervisor:start_link(?MODULE, {self(), Failures}),
    First = receive {started, Child} -> Child end,
    Began = work:clock(),
    Restarts = fail(First, Failures, 0),
    bench:timed(Began, Restarts).

fail(_, 0, Restarts) ->
    Restarts;
fail(Child, Left, Restarts) ->
    Child ! fail,
    receive {started, Next} -> fail(Next, Left - 1, Restarts + 1) end.

init({Main, Failures}) ->
    Child = #{id => fragile, start => {?MODULE, start_fragile, [Main]}},
    {ok, {#{strategy => one_for_one, intensity => Failures, period => 1}, [Child]}}.

start_fragile(Main) ->
    Child = spawn_link(fun() -> receive fail -> exit(failed) end end),
    Main ! {started, Child},
    {ok, Child}.
