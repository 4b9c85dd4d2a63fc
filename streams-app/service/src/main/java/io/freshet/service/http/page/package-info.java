/** The numbers that the page shows, live and as a history. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.http.page;
