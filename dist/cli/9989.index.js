const id=9989,ids=[9989],modules={79989:(module=>{module.exports=eval("require")("canvas")})};export{id,ids,modules};
