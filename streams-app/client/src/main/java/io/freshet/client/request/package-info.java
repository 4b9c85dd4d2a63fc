/** Requests for recommendations, and their JSON form on the topic {@code recommendation-requests}. */
@NullMarked
package io.freshet.client.request;

import org.jspecify.annotations.NullMarked;
