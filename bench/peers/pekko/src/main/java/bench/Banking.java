package bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;

/** A teller asks accounts to transfer money; the source waits until the target has it. */
final class Banking {
  private static final int ACCOUNTS = 1000;
  private static final int SOURCES = 800;
  private static final long CENTS = 1_000_000;

  private record Order(int source, int target, long cents) {}

  /** The transfers, one after the other. */
  private static final class Orders {
    private final Draws draws = new Draws(74755);

    Order next() {
      final int source = draws.below(SOURCES);
      final int target = source + Math.max(1, draws.below(ACCOUNTS - source));
      return new Order(source, target, 1 + draws.below(1000));
    }
  }

  private sealed interface AccountMessage {}

  private record Transfer(ActorRef<AccountMessage> target, long cents) implements AccountMessage {}

  private record Add(long cents, ActorRef<Added> replyTo) implements AccountMessage {}

  private record Balance(ActorRef<Long> replyTo) implements AccountMessage {}

  private enum Added implements AccountMessage {
    INSTANCE
  }

  private static final class Account {
    private final ActorContext<AccountMessage> context;
    private final StashBuffer<AccountMessage> stash;
    private final ActorRef<TellerMessage> teller;
    private long cents = CENTS;
    private final Behavior<AccountMessage> ready = Behaviors.receiveMessage(this::onReady);
    private final Behavior<AccountMessage> awaiting = Behaviors.receiveMessage(this::onAwaiting);

    private Account(
        ActorContext<AccountMessage> context,
        StashBuffer<AccountMessage> stash,
        ActorRef<TellerMessage> teller) {
      this.context = context;
      this.stash = stash;
      this.teller = teller;
    }

    static Behavior<AccountMessage> of(long transfers, ActorRef<TellerMessage> teller) {
      return Behaviors.withStash(
          (int) transfers,
          stash -> Behaviors.setup(context -> new Account(context, stash, teller).ready));
    }

    private Behavior<AccountMessage> onReady(AccountMessage message) {
      if (message instanceof Transfer transfer) {
        cents -= transfer.cents();
        Actors.ask(
            context,
            transfer.target(),
            Actors.FOREVER,
            Added.class,
            replyTo -> new Add(transfer.cents(), replyTo),
            added -> added);
        return awaiting;
      }
      return onOther(message);
    }

    private Behavior<AccountMessage> onAwaiting(AccountMessage message) {
      if (message instanceof Added) {
        teller.tell(Done.INSTANCE);
        return stash.unstash(ready, 1, stashed -> stashed);
      }
      if (message instanceof Transfer) {
        stash.stash(message);
        return Behaviors.same();
      }
      return onOther(message);
    }

    private Behavior<AccountMessage> onOther(AccountMessage message) {
      if (message instanceof Add add) {
        cents += add.cents();
        add.replyTo().tell(Added.INSTANCE);
      } else if (message instanceof Balance ask) {
        ask.replyTo().tell(cents);
      }
      return Behaviors.same();
    }
  }

  private sealed interface TellerMessage {}

  private record Open(List<ActorRef<AccountMessage>> accounts) implements TellerMessage {}

  private enum Start implements TellerMessage {
    INSTANCE
  }

  private enum Done implements TellerMessage {
    INSTANCE
  }

  private static final class Teller {
    private final long transfers;
    private long left;
    private List<ActorRef<AccountMessage>> accounts;
    private final CompletableFuture<Void> over;

    Teller(long transfers, CompletableFuture<Void> over) {
      this.transfers = transfers;
      left = transfers;
      this.over = over;
    }

    Behavior<TellerMessage> onMessage(TellerMessage message) {
      if (message instanceof Done) {
        if (--left == 0) {
          over.complete(null);
        }
      } else if (message instanceof Open open) {
        accounts = open.accounts();
      } else {
        final var orders = new Orders();
        for (long i = 0; i < transfers; i++) {
          final Order order = orders.next();
          final ActorRef<AccountMessage> target = accounts.get(order.target());
          accounts.get(order.source()).tell(new Transfer(target, order.cents()));
        }
      }
      return Behaviors.same();
    }
  }

  private static long checksum(long[] balances) {
    long sum = 0;
    for (int i = 0; i < balances.length; i++) {
      sum += (i + 1) * balances[i];
    }
    return sum;
  }

  static long checksumWithoutActors(long transfers) {
    final long[] balances = new long[ACCOUNTS];
    Arrays.fill(balances, CENTS);
    final var orders = new Orders();
    for (long i = 0; i < transfers; i++) {
      final Order order = orders.next();
      balances[order.source()] -= order.cents();
      balances[order.target()] += order.cents();
    }
    return checksum(balances);
  }

  static Outcome run(Run run) {
    final var over = new CompletableFuture<Void>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<TellerMessage> teller =
          actors.spawn(Behaviors.receiveMessage(new Teller(run.size(), over)::onMessage));
      final List<ActorRef<AccountMessage>> accounts = new ArrayList<>();
      for (int i = 0; i < ACCOUNTS; i++) {
        accounts.add(actors.spawn(Account.of(run.size(), teller)));
      }
      teller.tell(new Open(accounts));

      final long began = System.nanoTime();
      teller.tell(Start.INSTANCE);
      over.join();
      final long elapsed = System.nanoTime() - began;

      final long[] balances =
          accounts.stream()
              .mapToLong(account -> actors.ask(account, Actors.FOREVER, Balance::new))
              .toArray();
      return Outcome.time(elapsed, checksum(balances));
    }
  }

  private Banking() {}
}
