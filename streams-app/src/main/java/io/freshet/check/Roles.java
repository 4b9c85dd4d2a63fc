package io.freshet.check;

/**
 * What the process is to do.
 *
 * @param streams whether it sequences clicks and answers them
 * @param trainer whether it learns
 * @param scorer whether it answers sequences, beside another process that makes them
 */
public record Roles(boolean streams, boolean trainer, boolean scorer) {}
