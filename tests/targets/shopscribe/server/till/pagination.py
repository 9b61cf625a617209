from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    ordering = '-pk'
    page_size_query_param = 'limit'
    max_page_size = 100
