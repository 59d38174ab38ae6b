const id=126,ids=[126],modules={47126:(module=>{module.exports=eval("require")("canvas")})};export{id,ids,modules};
