%% What the handlers of the workloads compute.
-module(work).
-export([draw/1, draws/2, sine_squared/1, process_item/1, fibonacci/1, compute_for/1, clock/0,
         chat_members/1, posts/1, transfers/1, sum_of_terms/1, allows/2, search/4, graph/1]).

%% The random numbers of the specification: each draw moves first, then gives the value.
draw(Value) -> (1309 * Value + 13849) band 65535.

%% So many numbers, in order, and the last one.
draws(Count, Seed) ->
    lists:mapfoldl(fun(_, Value) -> Next = draw(Value), {Next, Next} end, Seed,
                   lists:seq(1, Count)).

sine_squared(Angle) ->
    Sine = math:sin(Angle),
    Sine * Sine.

%% What an item of the bounded buffer costs on either side.
process_item(Item) -> logarithms(100, 100, Item).

logarithms(0, _, Item) ->
    Item;
logarithms(Left, Value, Item) ->
    Next = draw(Value),
    logarithms(Left - 1, Next, Item + math:log(Next / 65536 + 0.01)).

fibonacci(N) when N =< 2 -> 1;
fibonacci(N) -> fibonacci(N - 1) + fibonacci(N - 2).

clock() -> erlang:monotonic_time(nanosecond).

compute_for(Nanoseconds) -> compute_until(clock() + Nanoseconds).

compute_until(End) ->
    case clock() < End of
        true -> compute_until(End);
        false -> ok
    end.

%% The members of the chat of a client, from 0, and the number to go on with.
chat_members(Client) ->
    First = draw(Client),
    {Draws, Last} = draws(1 + First rem 16, First),
    {[Draw rem 1024 || Draw <- Draws], Last}.

%% Whether a client that has drawn this number posts.
posts(Draw) -> Draw rem 100 < 80.

%% Source, target and amount.
transfers(Count) -> transfers(Count, 74755).

transfers(0, _) ->
    [];
transfers(Left, Value) ->
    First = draw(Value),
    Second = draw(First),
    Third = draw(Second),
    Source = First rem 800,
    [{Source, Source + max(1, Second rem (1000 - Source)), 1 + Third rem 1000}
     | transfers(Left - 1, Third)].

%% The checksum of the logistic maps.
sum_of_terms(Terms) -> lists:flatten(io_lib:format("~.12f", [lists:sum(Terms)])).

%% Whether the next row may have a queen in this column; Board: the columns of the rows that are
%% set, the last one first.
allows(Column, Board) -> allows(Column, Board, 1).

allows(_, [], _) ->
    true;
allows(Column, [Set | Board], Distance) ->
    Set =/= Column andalso abs(Set - Column) =/= Distance andalso
        allows(Column, Board, Distance + 1).

%% Calls Solved for each way to set so many more rows.
search(_, 0, _, Solved) ->
    Solved();
search(Board, RowsLeft, Columns, Solved) ->
    [search([Column | Board], RowsLeft - 1, Columns, Solved)
     || Column <- Columns, allows(Column, Board)],
    ok.

%% The weights, a list for each row.
graph(Nodes) ->
    Edges = [{I, J} || I <- lists:seq(0, Nodes - 1), J <- lists:seq(I + 1, Nodes - 1)],
    {Draws, _} = draws(length(Edges), Nodes),
    Weights = maps:from_list(lists:zip(Edges, [1 + Draw rem 100 || Draw <- Draws])),
    Weight = fun(Node, Node) -> 0;
                (I, J) -> map_get({min(I, J), max(I, J)}, Weights)
             end,
    [[Weight(I, J) || J <- lists:seq(0, Nodes - 1)] || I <- lists:seq(0, Nodes - 1)].
