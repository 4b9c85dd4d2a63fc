package io.freshet.service.config;

/**
 * The limits of a request.
 *
 * @param defaultK number of items in an answer if the request does not say
 * @param maxK the most items that a request may ask for
 * @param maxHistory the most events of a history
 * @param maxIds the most items to exclude, the most items to choose from, and the most categories
 * @param catalogue whether items have categories
 */
public record RequestLimits(int defaultK, int maxK, int maxHistory, int maxIds, boolean catalogue) {}
