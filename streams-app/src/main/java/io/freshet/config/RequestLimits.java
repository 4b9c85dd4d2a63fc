package io.freshet.config;

/**
 * What a request may ask for.
 *
 * @param defaultK how many items come back where a request does not say
 * @param maxK the most items that may be asked for
 * @param maxHistory the most events of a history
 * @param maxIds the most items that may be excluded, or be the only ones, and the most categories
 * @param catalogue whether items have categories
 */
public record RequestLimits(int defaultK, int maxK, int maxHistory, int maxIds, boolean catalogue) {}
