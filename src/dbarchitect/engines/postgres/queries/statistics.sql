-- The planner's statistics of the columns that the reader may see; values as texts (anyarray prints and reads back as text[]).
SELECT /* dbarchitect */
    s.schemaname AS schema,
    s.tablename AS table_name,
    s.attname AS column_name,
    s.inherited,
    s.null_frac AS null_fraction,
    s.avg_width AS average_bytes,
    s.n_distinct AS distinct_values,
    s.correlation,
    s.most_common_vals::text::text[] AS common_values,
    s.most_common_freqs AS common_frequencies,
    s.histogram_bounds::text::text[] AS histogram_bounds,
    s.most_common_elems::text::text[] AS common_elements,
    s.most_common_elem_freqs AS common_element_frequencies,
    s.elem_count_histogram AS element_count_histogram
FROM pg_stats s
WHERE s.schemaname !~ '^pg_' AND s.schemaname <> 'information_schema'
