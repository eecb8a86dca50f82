"""The association as a Terraform and OpenTofu provider: a plugin that speaks protocol 6 (protocol/tfplugin6.proto).

``serve`` is the process, ``transport`` the wire, ``server`` the calls as bytes, ``resource`` and its siblings what they
do; everything that is decided about AWS is ``lifecycle``'s.
"""
