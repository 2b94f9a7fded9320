-- How that ends; what follows writes to the change log. A cancelled statement is not caught, and must not be.
-- Lock: none.
-- Parameters: the owner's.
            :immediate
            RETURN NULL;
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
    END IF
