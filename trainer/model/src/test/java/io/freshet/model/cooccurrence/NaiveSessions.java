package io.freshet.model.cooccurrence;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A straightforward implementation of sessions with lists, with which {@link ClickLog} and {@link SimilarSessions} agree. */
final class NaiveSessions {
    private static final int ERASED = -1;

    private final int window;
    private final List<Click> clicks = new ArrayList<>(); // of all sessions, newest first

    private static final class Session {
        private final List<Integer> items = new ArrayList<>();
    }

    /** @param place index in the session */
    private record Click(Session session, int place) {
        int item() {
            return session.items.get(place);
        }

        boolean isLast() {
            return place == session.items.size() - 1;
        }
    }

    private record Neighbour(Click newestShared, double similarity) {}

    NaiveSessions(int window) {
        this.window = window;
    }

    void add(List<Integer> history, int item) {
        Session session = find(newest(history), history.size() < window);
        if (session == null) {
            session = new Session();
            append(session, history.getLast());
        }
        append(session, item);
    }

    /** Erases the session that ends with a user's clicks, and those before it that had to begin anew. */
    void erase(List<Integer> own) {
        int newer = -1;
        for (int end = own.size(); end >= 2; ) {
            Click last = endToErase(own.subList(0, end), newer);
            if (last == null) {
                return;
            }
            Session session = last.session();
            int shared = Math.min(session.items.size(), end);
            newer = clicks.indexOf(new Click(session, session.items.size() - shared));
            session.items.replaceAll(_ -> ERASED);
            end -= shared - 1;
        }
    }

    private @Nullable Click endToErase(List<Integer> own, int newer) {
        List<Click> candidates = newestOn(own.getLast(), Integer.MAX_VALUE).stream()
                .filter(click -> click.isLast() && clicks.indexOf(click) > newer)
                .filter(click -> shared(click, own) >= 2)
                .toList();
        return candidates.stream()
                .min(Comparator.comparingInt((Click click) -> -shared(click, own))
                        .thenComparing(click -> click.session().items.size() != own.size()))
                .orElse(null);
    }

    /** Returns how many clicks a session and a history have in common if one ends with all of the other, otherwise 0. */
    private static int shared(Click last, List<Integer> history) {
        List<Integer> items = last.session().items;
        int common = Math.min(items.size(), history.size());
        return end(items, common).equals(end(history, common)) ? common : 0;
    }

    private List<Integer> newest(List<Integer> history) {
        return history.subList(Math.max(0, history.size() - window), history.size());
    }

    private void append(Session session, int item) {
        session.items.add(item);
        clicks.addFirst(new Click(session, session.items.size() - 1));
    }

    private List<Click> newestOn(int item, int limit) {
        return clicks.stream()
                .filter(click -> click.item() == item)
                .limit(limit)
                .toList();
    }

    private @Nullable Session find(List<Integer> history, boolean isWhole) {
        Session partial = null;
        for (Click click : newestOn(history.getLast(), 256)) {
            List<Integer> items = click.session().items;
            int common = Math.min(items.size(), history.size());
            if (click.isLast() && common >= 2 && end(items, common).equals(end(history, common))) {
                if (common == history.size() && (items.size() == common || !isWhole)) {
                    return click.session();
                }
                partial = partial == null ? click.session() : partial;
            }
        }
        return partial;
    }

    private static List<Integer> end(List<Integer> items, int count) {
        return items.subList(items.size() - count, items.size());
    }

    private @Nullable Session own(List<Integer> history) {
        for (int size = history.size(); size > 0 && size >= history.size() - 3; size--) {
            Session session = find(newest(history.subList(0, size)), size < window);
            if (session != null) {
                return session;
            }
        }
        return null;
    }

    Map<Integer, Double> similar(List<Integer> history) {
        Session own = own(history);
        List<Neighbour> neighbours = new ArrayList<>();
        for (int gap = 0; gap < Math.min(10, history.size()); gap++) {
            int item = history.get(history.size() - 1 - gap);
            if (gap >= 3 && neighbours.size() >= 50) {
                break;
            }
            if (history.subList(history.size() - gap, history.size()).contains(item)) {
                continue;
            }
            List<Session> counted = new ArrayList<>();
            for (Click click : newestOn(item, 32)) {
                if (click.session() != own && counted.stream().noneMatch(other -> other == click.session())) {
                    counted.add(click.session());
                    count(neighbours, click, Math.exp(-gap / 1.02));
                }
            }
        }
        neighbours.replaceAll(neighbour -> new Neighbour(
                neighbour.newestShared(),
                neighbour.similarity() / (1 + clicks.indexOf(neighbour.newestShared()) / 20_000.0)));
        Map<Integer, Double> votes = new HashMap<>();
        neighbours.stream()
                .sorted(Comparator.comparingDouble(neighbour -> -neighbour.similarity()))
                .limit(50)
                .forEach(neighbour -> vote(neighbour, votes));
        return votes;
    }

    private static void count(List<Neighbour> neighbours, Click click, double weight) {
        for (int i = 0; i < neighbours.size(); i++) {
            Neighbour neighbour = neighbours.get(i);
            if (neighbour.newestShared().session() == click.session()) {
                neighbours.set(i, new Neighbour(neighbour.newestShared(), neighbour.similarity() + weight));
                return;
            }
        }
        neighbours.add(new Neighbour(click, weight));
    }

    private static void vote(Neighbour neighbour, Map<Integer, Double> votes) {
        List<Integer> session = neighbour.newestShared().session().items;
        for (int place = 0; place < session.size(); place++) {
            int distance = Math.abs(place - neighbour.newestShared().place());
            if (distance <= 4) {
                votes.merge(session.get(place), neighbour.similarity() * Math.exp(-distance / 2.05), Double::sum);
            }
        }
    }
}
