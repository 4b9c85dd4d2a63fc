package io.freshet.app.check;

/**
 * The roles of a process.
 *
 * @param streams whether the process sequences clicks and answers them
 * @param trainer whether the process trains the model
 * @param scorer whether the process answers sequences that another process writes
 */
public record Roles(boolean streams, boolean trainer, boolean scorer) {}
