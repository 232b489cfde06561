%% What ../../WORKLOADS.md says of each workload: how many units a size has, the right checksum
%% (computed without any other process), the warm-up, and which sizes there are.
-module(specification).
-export([units/2, checksum/2, warm_up/2, fits/2]).

units("big", N) -> 240 * N;
units("bounded-buffer", N) -> 40 * N;
units("philosophers", N) -> 20 * N;
units("logistic-map", N) -> 10 * N;
units("radix-sort", N) -> 61 * N;
units("fibonacci", N) -> 2 * work:fibonacci(N) - 1;
units("skynet", N) -> (10 * N - 1) div 9;
units("apsp", N) -> (N div 50) * (N div 50) * N;
units("nqueens", N) -> solutions([], N, lists:seq(0, N - 1));
units(_, N) -> N.

checksum("logistic-map", N) ->
    work:sum_of_terms([logistic_term(3.46 + 0.0025 * I, 0.0025 * I, N) || I <- lists:seq(0, 9)]);
checksum(Name, N) ->
    integer_to_list(sum(Name, N)).

sum("thread-ring", N) -> N rem 100;
sum("chameneos", N) -> 2 * N;
sum("big", N) -> 120 * N;
sum("bounded-buffer", N) -> 40 * N;
sum("philosophers", N) -> 20 * N;
sum("banking", N) -> banking(N);
sum("radix-sort", N) -> {Values, _} = work:draws(N, 2048), lists:sum(Values);
sum("chat", N) -> lists:sum([chat(Client, N) || Client <- lists:seq(0, 1023)]);
sum("fibonacci", N) -> work:fibonacci(N);
sum("skynet", N) -> N * (N - 1) div 2;
sum("apsp", N) -> shortest_paths(N);
sum("nqueens", N) -> units("nqueens", N);
sum(Name, N) when Name =:= "call"; Name =:= "call-timeout"; Name =:= "wake-thread";
                  Name =:= "wake-pause" -> N * (N + 1) div 2;
sum(_, N) -> N.

warm_up("fibonacci", N) -> max(1, N - 5);
warm_up("nqueens", N) -> max(4, N - 2);
warm_up("apsp", N) -> 50 * max(1, N div 100);
warm_up(_, N) -> max(1, N div 10).

fits("skynet", N) -> power_of_ten(N);
fits("fibonacci", N) -> N =< 40;
fits("apsp", N) -> N rem 50 =:= 0;
fits("nqueens", N) -> N >= 4 andalso N =< 16;
fits(_, _) -> true.

power_of_ten(1) -> true;
power_of_ten(N) -> N rem 10 =:= 0 andalso power_of_ten(N div 10).

logistic_term(_, X, 0) -> X;
logistic_term(Rate, X, Left) -> logistic_term(Rate, Rate * X * (1 - X), Left - 1).

banking(N) ->
    Changes = lists:append([[{Source, -Amount}, {Target, Amount}]
                            || {Source, Target, Amount} <- work:transfers(N)]),
    1_000_000 * 1000 * 1001 div 2 + lists:sum([(I + 1) * Change || {I, Change} <- Changes]).

chat(Client, Turns) ->
    {Members, Last} = work:chat_members(Client),
    {Draws, _} = work:draws(Turns, Last),
    lists:sum([case work:posts(Draw) of true -> length(Members); false -> 1 end || Draw <- Draws]).

shortest_paths(Nodes) ->
    Paths = lists:foldl(fun paths_over/2, work:graph(Nodes), lists:seq(1, Nodes)),
    lists:sum(lists:append(Paths)).

paths_over(K, Rows) ->
    Over = lists:nth(K, Rows),
    [shorter(Row, lists:nth(K, Row), Over) || Row <- Rows].

shorter([], _, []) -> [];
shorter([Direct | Row], ToK, [FromK | Over]) ->
    [min(Direct, ToK + FromK) | shorter(Row, ToK, Over)].

solutions(_, 0, _) ->
    1;
solutions(Board, RowsLeft, Columns) ->
    lists:sum([solutions([Column | Board], RowsLeft - 1, Columns)
               || Column <- Columns, work:allows(Column, Board)]).
