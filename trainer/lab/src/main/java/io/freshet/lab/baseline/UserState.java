package io.freshet.lab.baseline;

/**
 * What is known of a user before a click. The arrays remain the caller's and are not kept.
 *
 * @param user number of the user, or of the session if there are no users
 * @param timeMs time of the click in milliseconds
 * @param history rows of the user's earlier clicks, oldest first
 * @param seen rows of the items of the user's earlier events of any type that are left out of what is served, in any order,
 *     possibly with repeats
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record UserState(int user, long timeMs, int[] history, int[] seen) {}
