package io.freshet.lab.baseline;

/**
 * How much the sessions of other users and their items count. A gap is a distance in clicks from the end of the present
 * session, and 0 for its newest click.
 */
interface SessionWeights {
    /**
     * Returns how much an item that two sessions share adds to their similarity.
     *
     * @param gap gap of the item's newest click in the present session
     * @param length clicks of the present session
     */
    double ofShared(int gap, int length);

    /**
     * Returns the factor of the similarity of another session.
     *
     * @param length clicks of the present session
     * @param otherItems number of different items in the other session
     * @param ageMs how much older the other session's newest click is than those of all sessions compared
     */
    double ofSession(int length, int otherItems, long ageMs);

    /**
     * Returns the weight of an item of another session.
     *
     * @param gap gap of the newest item that both sessions share
     * @param distance clicks from that item to this one in the other session, negative if this one is earlier
     */
    double ofItem(int gap, int distance);

    /**
     * V-SKNN: shared items count more, the later they are in the present session (Ludewig, Jannach, "Evaluation of
     * Session-based Recommendation Algorithms", UMUAI 2018, section 3.2). As in the authors' code, all items of another
     * session count 1 / (gap + 1).
     */
    record Vsknn() implements SessionWeights {
        @Override
        public double ofShared(int gap, int length) {
            return (double) (length - gap) / length;
        }

        @Override
        public double ofSession(int length, int otherItems, long ageMs) {
            return 1;
        }

        @Override
        public double ofItem(int gap, int distance) {
            return 1.0 / (gap + 1);
        }
    }

    /**
     * STAN (Garg, Gupta, Malhotra, Vig, Shroff, "Sequence and Time Aware Neighborhood for Session-based Recommendations",
     * SIGIR 2019): equations 1 to 4, with λ1 to λ3 as the components.
     *
     * @param positions decay, in clicks, of shared items with their gap
     * @param ageMs decay of sessions with their age, in milliseconds
     * @param distances decay, in clicks, of another session's items with their distance from the newest shared item
     */
    record Stan(double positions, double ageMs, double distances) implements SessionWeights {
        /** The defaults of the public implementations. */
        static final Stan DEFAULTS = new Stan(1.02, 5 * 24 * 3600 * 1e3, 2.05);

        @Override
        public double ofShared(int gap, int length) {
            return StrictMath.exp(-gap / positions);
        }

        @Override
        public double ofSession(int length, int otherItems, long age) {
            return StrictMath.exp(-age / ageMs) / Math.sqrt((double) length * otherItems);
        }

        @Override
        public double ofItem(int gap, int distance) {
            return StrictMath.exp(-Math.abs(distance) / distances);
        }
    }
}
