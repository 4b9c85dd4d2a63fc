/** The numbers that the page shows, live and as a history. */
@NullMarked
package io.freshet.service.http.page;

import org.jspecify.annotations.NullMarked;
