package io.freshet.scoring;

/** A list of at most K items with their scores, best first, filled again and again. Not thread-safe. */
final class TopItems {
    private final String[] itemIds; // (capacity)
    private final float[] scores; // (capacity)
    private int size;

    TopItems(int capacity) {
        itemIds = new String[capacity];
        scores = new float[capacity];
    }

    void clear() {
        size = 0;
    }

    void add(String itemId, float score) {
        itemIds[size] = itemId;
        scores[size] = score;
        size++;
    }

    boolean isFull() {
        return size == itemIds.length;
    }

    int size() {
        return size;
    }

    String itemId(int rank) {
        return itemIds[rank];
    }

    float score(int rank) {
        return scores[rank];
    }
}
