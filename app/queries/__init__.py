"""What is shown: SELECT only, frozen read models, every public function takes the actor whose scope it keeps."""
